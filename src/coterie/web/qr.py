"""A QR code as a picture that a page can hold."""

import segno
from markupsafe import Markup


def picture(text: str, label: str) -> Markup:
    """Draw a text as an SVG of black on white, in either theme: scanners want it so."""
    code = segno.make(text, error="m", micro=False)
    return Markup(
        code.svg_inline(
            dark="#000",
            light="#fff",
            border=4,
            omitsize=True,
            title=label,
            lineclass=None,
            svgclass="w-full",
        )
    )
