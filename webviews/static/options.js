// The half-screen dialog: choose options and quantity, see price and stock, put into the cart or buy.
// It only chooses; what a SKU costs and whether it can be had is decided by the server.
(function () {
  'use strict';
  var dialog = document.getElementById('options-dialog');
  if (!dialog) return;
  var form = dialog.querySelector('form');
  var texts = form.dataset;
  var skus = JSON.parse(texts.skus);
  var radios = Array.prototype.slice.call(form.querySelectorAll('[data-option]'));
  var names = radios.map(function (radio) { return radio.dataset.option; })
    .filter(function (name, at, all) { return all.indexOf(name) === at; });
  var quantity = form.elements.quantity;
  var opener = null;

  function chosen() {
    var options = {};
    radios.forEach(function (radio) { if (radio.checked) options[radio.dataset.option] = radio.value; });
    return options;
  }

  function matches(sku, options) {
    return Object.keys(options).every(function (name) { return sku.options[name] === options[name]; });
  }

  function canHave(options) {
    return skus.some(function (sku) { return sku.stock > 0 && matches(sku, options); });
  }

  function chosenSku() {
    var options = chosen();
    if (Object.keys(options).length < names.length) return null;
    return skus.filter(function (sku) { return matches(sku, options); })[0] || null;
  }

  function limit() {
    var sku = chosenSku();
    return Math.max(1, Math.min(Number(texts.max), sku ? sku.stock : Number(texts.max)));
  }

  function setQuantity(number) {
    quantity.value = Math.min(Math.max(1, number || 1), limit());
    form.querySelector('[data-step="-1"]').disabled = Number(quantity.value) <= 1;
    form.querySelector('[data-step="1"]').disabled = Number(quantity.value) >= limit();
  }

  function greyOut() {
    radios.forEach(function (radio) {
      var options = chosen();
      options[radio.dataset.option] = radio.value;
      radio.parentNode.classList.toggle('choice_off', !canHave(options));
    });
  }

  // A grey option that can be had in another combination is taken; what does not go with it is let go.
  function settle(radio) {
    var alone = {};
    alone[radio.dataset.option] = radio.value;
    if (canHave(chosen()) || !canHave(alone)) return;
    radios.forEach(function (other) {
      if (other.dataset.option !== radio.dataset.option) other.checked = false;
    });
  }

  function stockText(sku) {
    if (!sku) return texts.textChoose.replace('{names}', missing().join('、'));
    if (!sku.stock) return texts.textOut;
    return (sku.stock <= 5 ? texts.textLow : texts.textStock).replace('{number}', sku.stock);
  }

  function missing() {
    var options = chosen();
    return names.filter(function (name) { return !options[name]; });
  }

  function show() {
    var sku = chosenSku();
    var stock = form.querySelector('[data-stock]');
    greyOut();
    form.elements.sku.value = sku ? sku.id : '';
    if (sku) form.querySelector('[data-price]').textContent = sku.price;
    stock.textContent = stockText(sku);
    stock.classList.toggle('options__stock_low', Boolean(sku) && sku.stock <= 5);
    form.querySelectorAll('[data-act]').forEach(function (button) { button.disabled = Boolean(sku) && !sku.stock; });
    var told = document.querySelector('[data-chosen]');
    var values = names.map(function (name) { return chosen()[name]; }).filter(Boolean);
    if (told && values.length === names.length) told.textContent = told.dataset.chosen + values.join(' ');
    setQuantity(Number(quantity.value));
  }

  function open(button) {
    opener = button;
    dialog.hidden = false;
    document.documentElement.classList.add('is-still');
    dialog.querySelector('.close').focus({ preventScroll: true });
  }

  function close() {
    dialog.hidden = true;
    document.documentElement.classList.remove('is-still');
    if (opener) opener.focus({ preventScroll: true });
  }

  function add(button) {
    window.xiaopu.busy(button, true);
    window.xiaopu.post(texts.add, { sku: form.elements.sku.value, quantity: quantity.value }).then(function (answer) {
      document.querySelectorAll('[data-cart-count]').forEach(function (badge) {
        badge.textContent = answer.count;
        badge.hidden = !answer.count;
      });
      close();
      window.xiaopu.toast(answer.message);
    }).catch(function (error) { window.xiaopu.toast(error.message); })
      .then(function () { window.xiaopu.busy(button, false); });
  }

  function buy(button) {
    window.xiaopu.busy(button, true);
    var query = new URLSearchParams({ sku: form.elements.sku.value, quantity: quantity.value });
    location.href = texts.checkout + '?' + query;
  }

  var pressed = null;
  form.addEventListener('click', function (event) {
    pressed = event.target.closest('[data-act]') || pressed;
    var step = event.target.closest('[data-step]');
    if (step) setQuantity(Number(quantity.value) + Number(step.dataset.step));
  });
  form.addEventListener('change', function (event) {
    if (event.target.dataset.option) settle(event.target);
    show();
  });
  form.addEventListener('submit', function (event) {
    event.preventDefault();
    if (!form.elements.sku.value) { window.xiaopu.toast(stockText(null)); return; }
    var button = pressed || form.querySelector('[data-act="buy"]');
    if (button.dataset.act === 'add') add(button); else buy(button);
  });
  document.addEventListener('click', function (event) {
    var button = event.target.closest('[data-open="options-dialog"]');
    if (button) open(button);
    if (event.target.closest('#options-dialog [data-close]')) close();
  });
  document.addEventListener('keydown', function (event) { if (event.key === 'Escape' && !dialog.hidden) close(); });
  show();
})();
