// Pays outside WeChat: shows the code of a desktop, or leaves for WeChat from a phone's browser; then waits for the money.
(function () {
  'use strict';
  var page = document.querySelector('[data-pay-link]');
  if (!page) return;
  var trouble = page.querySelector('.pay__trouble');
  var picture = page.querySelector('[data-qr]');
  var waiting = page.querySelector('[data-qr-wait]');
  var again = page.querySelector('[data-qr-again]');
  var h5 = page.querySelector('[data-h5-button]');
  var EVERY = 3000;

  function tell(error) {
    trouble.textContent = error.message;
    trouble.hidden = false;
  }

  function watch() {
    setTimeout(function () {
      if (document.hidden) { watch(); return; }
      fetch(page.dataset.status, { credentials: 'same-origin', cache: 'no-store' })
        .then(function (response) { return response.json(); })
        .then(function (answer) {
          if (answer.is_open === false) location.replace(page.dataset.here);
          else watch();
        }).catch(watch);
    }, EVERY);
  }

  function showCode() {
    trouble.hidden = again.hidden = true;
    waiting.hidden = false;
    window.xiaopu.post(page.dataset.code).then(function (answer) {
      picture.src = answer.qr;
      picture.hidden = false;
      watch();
    }, function (error) {
      tell(error);
      again.hidden = false;
    }).then(function () { waiting.hidden = true; });
  }

  function leave() {
    window.xiaopu.busy(h5, true);
    trouble.hidden = true;
    window.xiaopu.post(page.dataset.h5).then(function (answer) { location.href = answer.go; }, function (error) {
      window.xiaopu.busy(h5, false);
      tell(error);
    });
  }

  if (again) again.addEventListener('click', showCode);
  if (picture) showCode();
  if (h5) h5.addEventListener('click', leave);
})();
