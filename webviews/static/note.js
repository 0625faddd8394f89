// Keeps what was written to the shop while the buyer goes to choose an address and comes back.
(function () {
  'use strict';
  var note = document.querySelector('[data-note]');
  if (!note) return;
  var key = 'note:' + note.dataset.note;
  try {
    if (!note.value) note.value = sessionStorage.getItem(key) || '';
    note.addEventListener('input', function () { sessionStorage.setItem(key, note.value); });
  } catch (error) { /* a browser without storage: the note is only lost on leaving the page */ }
})();
