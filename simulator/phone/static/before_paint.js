// Runs before the first paint: the theme, and one name for this machine so that phone and web view share cookies.
(function () {
  const saved = localStorage.getItem('sim.theme');
  const dark = saved ? saved === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.documentElement.lang = localStorage.getItem('sim.lang') === 'en' ? 'en' : 'zh-CN';
  if (location.hostname === 'localhost') location.hostname = '127.0.0.1';
})();
