// What a friend sees when this product is shared: title, sentence, picture, and a link with its own entrance.
(function () {
  'use strict';
  var product = document.querySelector('[data-share-link]').dataset;
  window.xiaopu.wechat.then(function (wx) {
    var card = { title: product.shareTitle, link: product.shareLink, imgUrl: product.sharePicture };
    wx.updateTimelineShareData(Object.assign({}, card));
    wx.updateAppMessageShareData(Object.assign({ desc: product.shareText }, card));
  }).catch(function () {});  // sharing then carries the page's own address, which works as well
})();
