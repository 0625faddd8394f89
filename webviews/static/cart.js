// Changing a quantity without leaving the page: the form is sent as it is, and the cart that comes back shown.
(function () {
  'use strict';
  var isBusy = false;

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.hasAttribute('data-cart-line') || !window.DOMParser || !event.submitter) return;
    event.preventDefault();
    if (isBusy) return;
    isBusy = true;
    var fields = new URLSearchParams(new FormData(form));
    fields.set('quantity', event.submitter.value);
    fetch(form.action, { method: 'POST', body: fields, credentials: 'same-origin' })
      .then(function (response) { return response.text(); })
      .then(showPage)
      .catch(function () { window.xiaopu.toast(document.body.dataset.textNetwork); })
      .then(function () { isBusy = false; });
  });

  function showPage(text) {
    var page = new DOMParser().parseFromString(text, 'text/html');
    document.body.className = page.body.className;
    document.body.replaceChildren.apply(document.body, Array.prototype.slice.call(page.body.children));
  }
})();
