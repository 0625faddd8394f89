// The phone's own settings: colours and text size. Cookies carry them to the web view before its page is drawn.
import { language } from './i18n.js';
import { tell } from './store.js';

export const ZOOM_STEPS = [0.875, 1, 1.1, 1.2, 1.3, 1.4, 1.55];

export const settings = {
  theme: document.documentElement.dataset.theme,
  zoom: Number(localStorage.getItem('sim.zoom')) || 1,
};

function keep() {
  const cookies = { sim_theme: settings.theme, sim_zoom: settings.zoom, sim_lang: language };
  for (const [name, value] of Object.entries(cookies)) {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; SameSite=Lax`;
  }
}

export function setTheme(theme) {
  settings.theme = theme;
  localStorage.setItem('sim.theme', theme);
  document.documentElement.dataset.theme = theme;
  keep();
  tell('settings');
}

export function setZoom(zoom) {
  settings.zoom = zoom;
  localStorage.setItem('sim.zoom', String(zoom));
  keep();
  tell('settings');
}

keep();
