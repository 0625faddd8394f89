// What a friend sees when this page is shared: title, sentence, picture, and a link with its own entrance.
(function () {
  'use strict';
  var page = document.querySelector('[data-share-link]').dataset;

  function setCard(wx) {
    var card = { title: page.shareTitle, link: page.shareLink, imgUrl: page.sharePicture };
    wx.updateTimelineShareData(Object.assign({}, card));
    wx.updateAppMessageShareData(Object.assign({ desc: page.shareText }, card));
  }

  // Without the SDK, or by "copy link", the address itself is passed on: not with the entrance of who passes it.
  // Only now, for WeChat signs the address the page was opened with.
  function forgetEntrance() {
    var address = new URL(location.href);
    if (!address.searchParams.has('e')) return;
    address.searchParams.delete('e');
    history.replaceState(history.state, '', address);
  }

  (window.xiaopu.wechat || Promise.reject(new Error('not in WeChat'))).then(setCard).catch(function () {}).then(forgetEntrance);
})();
