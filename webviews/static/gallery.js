// The product's pictures: a counter while swiping, and a tap to see one large.
(function () {
  'use strict';
  var gallery = document.querySelector('[data-gallery]');
  var strip = gallery.querySelector('.gallery__strip');
  var now = gallery.querySelector('[data-gallery-now]');

  strip.addEventListener('scroll', function () {
    if (now) now.textContent = Math.round(strip.scrollLeft / strip.clientWidth) + 1;
  }, { passive: true });

  strip.addEventListener('click', function (event) {
    var picture = event.target.closest('[data-full]');
    if (!picture) return;
    var urls = Array.prototype.map.call(strip.querySelectorAll('[data-full]'), full);
    if (!window.WeixinJSBridge) { zoom(full(picture)); return; }
    window.WeixinJSBridge.invoke('imagePreview', { current: full(picture), urls: urls }, function (result) {
      if (!/:ok$/.test(result.err_msg || result.errMsg || '')) zoom(full(picture));
    });
  });

  function full(picture) { return new URL(picture.dataset.full, location.href).href; }

  function zoom(url) {
    var layer = document.createElement('div');
    var image = document.createElement('img');
    layer.className = 'zoom';
    image.src = url;
    image.alt = '';
    layer.appendChild(image);
    layer.addEventListener('click', function () { layer.remove(); });
    document.body.appendChild(layer);
  }
})();
