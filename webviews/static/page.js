// What every page needs: coming back by the back button, buttons that work once, copying, short messages.
(function () {
  'use strict';
  var texts = document.body.dataset;

  function toast(text) {
    var box = document.createElement('p');
    box.className = 'toast';
    box.setAttribute('role', 'status');
    box.textContent = text;
    document.body.appendChild(box);
    setTimeout(function () { box.remove(); }, 2200);
  }

  function csrf() {
    var field = document.querySelector('input[name="csrf_token"]');
    return field ? field.value : document.querySelector('[data-csrf]').dataset.csrf;
  }

  // Sends fields to the server; gives its answer, or an error with a sentence for people and `answer`.
  function post(url, fields) {
    return fetch(url, {
      method: 'POST',
      credentials: 'same-origin',
      headers: { 'X-CSRFToken': csrf(), Accept: 'application/json' },
      body: new URLSearchParams(fields || {}),
    }).catch(function () { throw new Error(texts.textNetwork); }).then(read);
  }

  function read(response) {
    return response.json().catch(function () { return {}; }).then(function (answer) {
      if (response.ok) return answer;
      if (answer.login) location.href = answer.login;
      var error = new Error([answer.title, answer.message].filter(Boolean).join('：') || texts.textNetwork);
      error.answer = answer;
      throw error;
    });
  }

  function busy(button, is) {
    if (!button) return;
    button.classList.toggle('is-busy', is);
    button.setAttribute('aria-busy', String(is));
    if (button.tagName === 'BUTTON') button.disabled = is;
  }

  function submitter(form) {
    return form.querySelector('[type="submit"]') || document.querySelector('[type="submit"][form="' + form.id + '"]');
  }

  document.addEventListener('submit', function (event) {
    var form = event.target;
    if (event.defaultPrevented || !form.hasAttribute('data-once')) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = '1';
    busy(event.submitter || submitter(form), true);
  });

  document.addEventListener('click', function (event) {
    var link = event.target.closest('a[data-once]');
    if (link && link.href) {
      if (link.classList.contains('is-busy')) event.preventDefault();
      busy(link, true);
    }
    var copy = event.target.closest('[data-copy]');
    if (copy) copyText(copy.dataset.copy);
    var back = event.target.closest('a[data-back]');
    if (back && history.length > 1) { event.preventDefault(); history.back(); }
  });

  function copyText(text) {
    var done = function () { toast(texts.textCopied); };
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, function () { copyOld(text); done(); });
    } else { copyOld(text); done(); }
  }

  function copyOld(text) {
    var field = document.createElement('textarea');
    field.value = text;
    field.setAttribute('readonly', '');
    field.className = 'toast';
    document.body.appendChild(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }

  var wasShown = false;
  window.addEventListener('pageshow', function (event) {
    // A page kept in memory is out of date: an order may have been placed or paid since.
    if (event.persisted) { location.reload(); return; }
    // At first nobody comes back: what is busy was started while the page was still loading, and goes on.
    if (!wasShown) { wasShown = true; return; }
    document.querySelectorAll('.is-busy').forEach(function (button) { busy(button, false); });
    document.querySelectorAll('form[data-sent]').forEach(function (form) { delete form.dataset.sent; });
  });

  // A picture that is gone leaves its place, and no torn paper in it.
  function hideBroken(image) { image.hidden = true; }
  document.addEventListener('error', function (event) { if (event.target.tagName === 'IMG') hideBroken(event.target); }, true);
  document.querySelectorAll('img').forEach(function (image) {
    if (image.complete && image.getAttribute('src') && !image.naturalWidth && image.loading !== 'lazy') hideBroken(image);
  });

  window.xiaopu = { toast: toast, post: post, busy: busy };
})();
