// Finds the nearest store where the visitor wants it: her browser asks her, and only a spot to a
// hundredth of a degree leaves her phone.
for (const part of document.querySelectorAll("[data-near]")) {
  if (!navigator.geolocation) continue;
  part.hidden = false;
  part.querySelector("button").addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const spot = `${coords.latitude.toFixed(2)},${coords.longitude.toFixed(2)}`;
      location.assign(`${part.dataset.near}?near=${spot}`);
    });
  });
}
