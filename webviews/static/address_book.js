// A tap on the address opens WeChat's address book; where it cannot be opened, the link leads to our own list.
(function () {
  'use strict';
  var PATIENCE = 2500;

  function sdk() {
    var tooLate = new Promise(function (_, reject) { setTimeout(reject, PATIENCE, new Error('too late')); });
    return Promise.race([window.xiaopu.wechat || Promise.reject(new Error('not in WeChat')), tooLate]);
  }

  function openBook(wx) {
    return new Promise(function (resolve, reject) {
      wx.openAddress({
        success: resolve,
        cancel: function () { resolve(null); },
        fail: function (result) { reject(new Error(result.errMsg)); },
      });
    });
  }

  function take(cell, given) {
    var fields = { to: cell.dataset.to };
    // `countryName` is the district: WeChat's own name for it.
    ['userName', 'telNumber', 'provinceName', 'cityName', 'countryName', 'detailInfo', 'nationalCode', 'postalCode']
      .forEach(function (name) { fields[name] = given[name] || ''; });
    return window.xiaopu.post(cell.dataset.addressBook, fields).then(function (answer) {
      if (cell.dataset.to) location.replace(answer.go); else location.reload();
    });
  }

  document.addEventListener('click', function (event) {
    var cell = event.target.closest('[data-address-book]');
    if (!cell || (cell.href && !window.xiaopu.wechat)) return;
    event.preventDefault();
    cell.setAttribute('aria-busy', 'true');
    sdk().then(openBook).then(function (given) {
      return given && take(cell, given).catch(function (error) { window.xiaopu.toast(error.message); });
    }, function () {
      location.href = cell.href || document.querySelector('.bar a.weui-btn_primary').href;
    }).then(function () { cell.removeAttribute('aria-busy'); });
  });
})();
