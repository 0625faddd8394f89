// Keeps what was written to the shop while the buyer goes to choose an address and comes back.
(function () {
  'use strict';
  var note = document.querySelector('[data-note]');
  if (!note) return;
  var key = 'note:' + note.dataset.note;
  try {
    var keep = function () { sessionStorage.setItem(key, note.value); };
    if (note.value) keep(); else note.value = sessionStorage.getItem(key) || '';
    note.addEventListener('input', keep);
  } catch (error) { /* a browser without storage: the note is only lost on leaving the page */ }
})();
