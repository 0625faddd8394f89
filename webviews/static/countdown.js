// Counts down to the end of the time to pay. Only a display: the server knows when an order is over.
(function () {
  'use strict';
  var clocks = Array.prototype.map.call(document.querySelectorAll('[data-seconds]'), function (clock) {
    return { element: clock, end: Date.now() + Number(clock.dataset.seconds) * 1000 };
  });

  function two(number) { return (number < 10 ? '0' : '') + number; }

  function show() {
    clocks.forEach(function (clock) {
      var left = Math.max(0, Math.round((clock.end - Date.now()) / 1000));
      var text = left ? two(Math.floor(left / 60)) + ':' + two(left % 60) : clock.element.dataset.over;
      if (clock.element.textContent !== text) clock.element.textContent = text;
    });
  }

  show();
  setInterval(show, 1000);
})();
