// Scans a pick-up code where the browser has a reader of its own (Chrome on Android); else the button stays hidden.
const form = document.querySelector("[data-pickup]");
const button = form.querySelector("[data-scan]");
const scanner = form.querySelector("[data-scanner]");
const video = scanner.querySelector("video");
let stream = null;

async function start() {
  scanner.hidden = false;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch {
    scanner.querySelector("[data-denied]").hidden = false;
    return;
  }
  video.srcObject = stream;
  await video.play();
  look(new BarcodeDetector({ formats: ["qr_code"] }));
}

async function look(detector) {
  if (!stream) return;
  const found = await detector.detect(video).catch(() => []);
  if (found.length) {
    form.elements.code.value = found[0].rawValue;
    stop();
    form.requestSubmit();
    return;
  }
  setTimeout(() => look(detector), 200);
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  scanner.hidden = true;
}

if ("BarcodeDetector" in window && navigator.mediaDevices) {
  button.hidden = false;
  button.addEventListener("click", start);
  scanner.querySelector("[data-stop]").addEventListener("click", stop);
}
