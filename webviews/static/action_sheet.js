// Asks before something that cannot be undone: forms with `data-confirm` are sent only after a second tap.
(function () {
  'use strict';

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopPropagation();
    ask(form.dataset.confirm, form.dataset.confirmLabel, function () {
      form.dataset.confirmed = '1';
      form.submit();
    });
  }, true);

  function ask(question, label, yes) {
    var layer = document.createElement('div');
    layer.className = 'sheet';
    var mask = add(layer, 'div', 'weui-mask weui-animate-fade-in');
    var sheet = add(layer, 'div', 'weui-actionsheet weui-actionsheet_toggle weui-animate-slide-up');
    sheet.setAttribute('role', 'alertdialog');
    sheet.setAttribute('aria-modal', 'true');
    sheet.setAttribute('aria-label', question);
    add(add(sheet, 'div', 'weui-actionsheet__title'), 'p', 'weui-actionsheet__title-text', question);
    var confirm = add(add(sheet, 'div', 'weui-actionsheet__menu'), 'button', 'weui-actionsheet__cell weui-actionsheet__cell_warn', label);
    var cancel = add(add(sheet, 'div', 'weui-actionsheet__action'), 'button', 'weui-actionsheet__cell', document.body.dataset.textCancel);
    var close = function () { layer.remove(); };
    mask.addEventListener('click', close);
    cancel.addEventListener('click', close);
    confirm.addEventListener('click', function () { close(); yes(); });
    document.body.appendChild(layer);
    cancel.focus({ preventScroll: true });
  }

  function add(parent, tag, className, text) {
    var element = document.createElement(tag);
    element.className = className;
    if (tag === 'button') element.type = 'button';
    if (text) element.textContent = text;
    parent.appendChild(element);
    return element;
  }
})();
