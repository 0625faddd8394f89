// Takes a pasted address apart into the form's fields, to be looked through before saving.
(function () {
  'use strict';
  var paste = document.querySelector('[data-read]');
  var text = paste.querySelector('textarea');
  var button = paste.querySelector('[data-read-button]');

  function read() {
    if (!text.value.trim()) { text.focus(); return; }
    window.xiaopu.busy(button, true);
    window.xiaopu.post(paste.dataset.read, { text: text.value }).then(function (fields) {
      Object.keys(fields).forEach(function (name) {
        var field = document.getElementById('f-' + name);
        if (field && fields[name]) field.value = fields[name];
      });
    }).catch(function (error) { window.xiaopu.toast(error.message); })
      .then(function () { window.xiaopu.busy(button, false); });
  }

  button.addEventListener('click', read);
  text.addEventListener('paste', function () { setTimeout(read, 0); });
})();
