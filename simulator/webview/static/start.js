// Before the page's own scripts: identity, window and settings. After its markup: the bridge itself.
takeIdentity();
servePage();
serveZoom();
serveDarkness();
commands.set('settings', ({ zoom: textZoom, theme: colours }) => {
  setZoom(textZoom);
  setTheme(colours);
});
addEventListener('message', hearPhone);

addEventListener('DOMContentLoaded', () => {
  watchTitle();
  reportPage();
  offerBridge();
});
