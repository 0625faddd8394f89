// On a screen of phone size the phone fills it; people, switches and lab move into the drawer.
import { byId } from './dom.js';

const narrow = matchMedia('(max-width: 480px)');

function arrange() {
  const head = byId('lab-head');
  if (narrow.matches) head.prepend(byId('top'), byId('people'));
  else {
    document.body.prepend(byId('top'));
    byId('device').before(byId('people'));
  }
}

export function startNarrow() {
  narrow.addEventListener('change', arrange);
  arrange();
}
