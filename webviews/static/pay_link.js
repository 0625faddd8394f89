// Pays outside WeChat: shows the code of a desktop, or leaves for WeChat from a phone's browser, or for Alipay; then waits for the money.
(function () {
  'use strict';
  var page = document.querySelector('[data-pay-link]');
  if (!page) return;
  var trouble = page.querySelector('.pay__trouble');
  var picture = page.querySelector('[data-qr]');
  var waiting = page.querySelector('[data-qr-wait]');
  var again = page.querySelector('[data-qr-again]');
  var isWatching = false;
  var EVERY = 3000;

  function tell(error) {
    trouble.textContent = error.message;
    trouble.hidden = false;
  }

  function watch() {
    if (isWatching) return;
    isWatching = true;
    wait();
  }

  function wait() {
    setTimeout(function () {
      if (document.hidden) { wait(); return; }
      fetch(page.dataset.status, { credentials: 'same-origin', cache: 'no-store' })
        .then(function (response) { return response.json(); })
        .then(function (answer) {
          if (answer.is_open === false) location.replace(page.dataset.here);
          else wait();
        }).catch(wait);
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

  function leave(event) {
    var button = event.currentTarget;
    window.xiaopu.busy(button, true);
    trouble.hidden = true;
    window.xiaopu.post(page.dataset[button.dataset.leave]).then(function (answer) { location.href = answer.go; }, function (error) {
      window.xiaopu.busy(button, false);
      tell(error);
    });
  }

  if (again) again.addEventListener('click', showCode);
  if (picture) showCode();
  page.querySelectorAll('[data-leave]').forEach(function (button) { button.addEventListener('click', leave); });
  if ('back' in page.dataset) watch();
})();
