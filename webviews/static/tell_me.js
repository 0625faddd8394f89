// 到货提醒 by a subscription notification. WeChat's tag lies on the button of a form that works without it: empty where
// tags are not drawn, so that the tap reaches the button. What the page's CSS cannot reach needs none: it is a see-through
// area, and the button below it has the page's size, colours and letters.
(function () {
  'use strict';
  var AREA = '<script type="text/wxtag-template"><canvas width="640" height="240"></canvas><' + '/script>';

  // The form says what became of the question; only then is the wish noted.
  function send(form, answer) {
    form.elements.answer.value = answer;
    form.querySelector('[type="submit"]').click();
  }

  function readAnswer(detail, template) {
    try {
      return JSON.parse(JSON.parse(detail.subscribeDetails)[template]).status || 'unknown';
    } catch (error) {
      return 'unknown';
    }
  }

  function lay(place) {
    var form = place.closest('form');
    var template = place.dataset.notice;
    var cover = document.createElement('span');
    var tag = document.createElement('wx-open-subscribe');
    cover.className = 'ask__tag';
    tag.setAttribute('template', template);
    tag.innerHTML = AREA;
    tag.addEventListener('success', function (event) { send(form, readAnswer(event.detail, template)); });
    tag.addEventListener('error', function () {
      cover.remove();  // the next tap must reach the button
      send(form, 'error');
    });
    watch(tag, form);
    cover.appendChild(tag);
    place.appendChild(cover);
  }

  // Drawn, it has a size: now the words speak of the notification, and what is nothing without it appears.
  function watch(tag, form) {
    if (!window.ResizeObserver) return;
    new ResizeObserver(function () {
      if (!tag.offsetWidth) return;
      form.classList.add('is-drawn');
      form.closest('.tell').querySelectorAll('[data-notice-words]').forEach(function (one) {
        one.textContent = one.dataset.noticeWords;
      });
    }).observe(tag);
  }

  document.addEventListener('WeixinOpenTagsError', function () {
    document.querySelectorAll('.ask__tag').forEach(function (one) { one.remove(); });
  });
  document.querySelectorAll('[data-notice]').forEach(lay);
})();
