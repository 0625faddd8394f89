// Counts down to the end of the time to pay, or of a sale. Only a display: the server knows what is over.
(function () {
  'use strict';
  var clocks = Array.prototype.map.call(document.querySelectorAll('[data-seconds]'), function (clock) {
    return { element: clock, end: Date.now() + Number(clock.dataset.seconds) * 1000 };
  });

  function two(number) { return (number < 10 ? '0' : '') + number; }

  function show() {
    clocks.forEach(function (clock) {
      var left = Math.max(0, Math.round((clock.end - Date.now()) / 1000));
      var days = Math.floor(left / 86400), hours = Math.floor(left % 86400 / 3600);
      var text = days ? clock.element.dataset.days.replace('#', days) + ' ' : '';
      text += (days || hours ? hours + ':' : '') + two(Math.floor(left % 3600 / 60)) + ':' + two(left % 60);
      if (!left) text = clock.element.dataset.over;
      if (clock.element.textContent !== text) clock.element.textContent = text;
    });
  }

  show();
  setInterval(show, 1000);
})();
