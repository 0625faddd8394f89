// Asks the server what became of the payment until it has a final word; the server asks WeChat.
(function () {
  'use strict';
  var page = document.querySelector('[data-view]');
  var hint = page.dataset.hint;
  var start = Date.now() - Number(new URLSearchParams(location.search).get('waited') || 0) * 1000;

  function query() {
    return '?hint=' + hint + '&waited=' + Math.round((Date.now() - start) / 1000);
  }

  function ask() {
    fetch(page.dataset.status + query(), { credentials: 'same-origin', cache: 'no-store' })
      .then(function (response) { return response.json(); })
      .then(function (answer) {
        if (answer.view && answer.view !== page.dataset.view) location.replace(page.dataset.here + query());
        else wait();
      }, wait);
  }

  function wait() { setTimeout(ask, page.dataset.view === 'late' ? 5000 : 1500); }

  if (page.dataset.view === 'confirming') setTimeout(ask, 300);
  if (page.dataset.view === 'late') wait();

  document.addEventListener('click', function (event) {
    if (!event.target.closest('[data-close-window]') || !window.WeixinJSBridge) return;
    event.preventDefault();
    window.WeixinJSBridge.invoke('closeWindow', {}, function () {});
  });
})();
