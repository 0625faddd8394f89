// Keeps a tap that comes before the page's scripts are there: it is seen at once and done when they are.
// The only script that the page waits for, so that nothing can be tapped before it has run.
(function () {
  'use strict';
  // What does nothing, or something else, without a script.
  var NEEDS_SCRIPTS = 'button[type="button"], [data-confirm] [type="submit"], [data-address-book], [data-close-window], a[data-back]';
  var lost = [];
  var kept = null;
  var isRead = false;
  var isReady = false;
  var isFetching = false;

  function keep(next) {
    if (kept) kept.classList.remove('is-kept');
    if (next) next.classList.add('is-kept');
    kept = next;
  }

  function start() {
    var wanted = kept;
    isReady = true;
    keep(null);
    if (wanted) wanted.click();
  }

  // A weak network may have lost some of them.
  function fetchLost() {
    if (isFetching) return;
    isFetching = true;
    Promise.all(lost.splice(0).map(fetchAgain)).then(start, function () {
      isFetching = false;
      if (kept) (window.xiaopu ? window.xiaopu.toast : window.alert)(document.body.dataset.textNetwork);
      keep(null);
    });
  }

  function fetchAgain(script) {
    var next = document.createElement('script');
    Array.prototype.forEach.call(script.attributes, function (one) { next.setAttribute(one.name, one.value); });
    next.async = false;  // in their order
    return new Promise(function (resolve, reject) {
      next.onload = resolve;
      next.onerror = reject;
      document.head.appendChild(next);
    });
  }

  window.addEventListener('error', function (event) {
    if (event.target.tagName === 'SCRIPT' && event.target.defer) lost.push(event.target);
  }, true);

  document.addEventListener('DOMContentLoaded', function () {
    isRead = true;
    setTimeout(fetchLost, 0);  // when WeChat's bridge is there as well
  });

  document.addEventListener('click', function (event) {
    var wanted = isReady ? null : event.target.closest(NEEDS_SCRIPTS);
    if (!wanted) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    keep(wanted);
    if (isRead) fetchLost();
  }, true);
})();
