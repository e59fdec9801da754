// Builds what the browser loads into src/coterie/web/static. Deterministic: CI builds again and
// compares with what is committed, so that installing needs no Node.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const OUT = "../src/coterie/web/static";

// The stylesheet: Tailwind takes the classes that the templates and scripts name.
execFileSync(
  "node_modules/.bin/tailwindcss",
  ["--input", "styles/coterie.css", "--output", `${OUT}/coterie.css`, "--minify"],
  { stdio: ["ignore", "inherit", "inherit"] },
);

// The scripts: desk.js with every page, charts.js only where a chart comes into view; the guides'
// pages load guide.js, beside a chat guide-side.js, and guide-sw.js keeps them for reading later.
for (const entry of ["desk", "charts", "guide", "guide-side", "guide-sw", "near"]) {
  await build({
    entryPoints: [`scripts/${entry}.js`],
    outfile: `${OUT}/${entry}.js`,
    bundle: true,
    minify: true,
    format: entry === "charts" ? "esm" : "iife",
    target: "es2022",
    legalComments: "eof",
    logLevel: "warning",
  });
}

// The icons: one sprite of those we name, from Lucide (ISC).
const names = JSON.parse(readFileSync("icons.json", "utf8"));
const symbols = names.map((name) => {
  const drawn = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
  const inner = drawn.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
  return `<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "")}</symbol>`;
});
const licence = "<!-- Icons from Lucide (https://lucide.dev), ISC licence; see licences.txt -->";
writeFileSync(
  `${OUT}/icons.svg`,
  `<svg xmlns="http://www.w3.org/2000/svg">${licence}\n${symbols.join("\n")}\n</svg>\n`,
);

// The licences of what is built in, which must travel with it.
const packages = [
  "htmx.org", "echarts", "zrender", "tailwindcss", "daisyui", "lucide-static", "@wecom/jssdk",
];
const licences = packages.map((name) => {
  const { version, license, homepage } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const file = `node_modules/${name}/LICENSE`;
  const text = existsSync(file) ? readFileSync(file, "utf8").trim() : `${license}, see ${homepage}`;
  return `${name} ${version}\n\n${text}\n`;
});
writeFileSync(`${OUT}/licences.txt`, licences.join(`\n${"-".repeat(72)}\n\n`));
