// Asks in WeChat's dialog whether a subscription notification may come. WeChat's tag lies on the button of a form that works
// without it: empty where tags are not drawn, so that the tap reaches the button. What the page's CSS cannot reach needs
// none: it is a see-through area, and the button below it has the page's size, colours and letters.
(function () {
  'use strict';
  var AREA = '<script type="text/wxtag-template"><canvas width="640" height="240"></canvas><' + '/script>';

  // A form says what became of the question, and only then the wish is noted; without one WeChat tells the shop.
  function tell(place, answer) {
    var form = place.closest('form');
    if (form) {
      form.elements.answer.value = answer;
      form.querySelector('[type="submit"]').click();
    } else if (answer === 'accept') {
      place.closest('.tell').querySelector('small').textContent = place.dataset.agreed;
      place.remove();
    } else if (answer === 'error') window.xiaopu.toast(document.body.dataset.textNetwork);
  }

  function readAnswer(detail, template) {
    try {
      return JSON.parse(JSON.parse(detail.subscribeDetails)[template]).status || 'unknown';
    } catch (error) {
      return 'unknown';
    }
  }

  function lay(place) {
    var template = place.dataset.notice;
    var cover = document.createElement('span');
    var tag = document.createElement('wx-open-subscribe');
    cover.className = 'ask__tag';
    tag.setAttribute('template', template);
    tag.innerHTML = AREA;
    tag.addEventListener('success', function (event) { tell(place, readAnswer(event.detail, template)); });
    tag.addEventListener('error', function () {
      if (place.closest('form')) cover.remove();  // the next tap must reach the button
      tell(place, 'error');
    });
    watch(tag, place);
    cover.appendChild(tag);
    place.appendChild(cover);
  }

  // Drawn, it has a size: now the words speak of the notification, and what is nothing without it appears.
  function watch(tag, place) {
    if (!window.ResizeObserver) return;
    new ResizeObserver(function () {
      if (!tag.offsetWidth) return;
      var hidden = place.closest('[data-shown-with-tag]');
      if (hidden) hidden.classList.add('is-drawn');
      place.closest('.tell').querySelectorAll('[data-notice-words]').forEach(function (one) {
        one.textContent = one.dataset.noticeWords;
      });
    }).observe(tag);
  }

  document.addEventListener('WeixinOpenTagsError', function () {
    document.querySelectorAll('.ask__tag').forEach(function (one) { one.remove(); });
  });
  document.querySelectorAll('[data-notice]').forEach(lay);
})();
