// The page's icons, drawn on a grid of 24 with round strokes in the colour of the text around them.
// They are decoration: whatever carries one has a name in words.

const ICONS = {
  mark: '<path d="M16.5 4.2A9 9 0 1 0 20.9 13.5" stroke-width="2.6"/><circle cx="20.2" cy="8" r="1.9" fill="currentColor" stroke="none"/>',
  microphone: '<rect x="9" y="3" width="6" height="11" rx="3"/><path d="M5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3"/>',
  microphoneOff: '<path d="M9 9v2a3 3 0 0 0 4.6 2.5M15 10.5V6a3 3 0 0 0-5.9-.8M5.5 11.5a6.5 6.5 0 0 0 10.4 5.2M18.5 11.5c0 .9-.2 1.8-.5 2.6M12 18v3M4 3.5l16 17"/>',
  camera: '<rect x="2.5" y="6" width="12.5" height="12" rx="3"/><path d="m15 11 5.2-3.3a.7.7 0 0 1 1.1.6v7.4a.7.7 0 0 1-1.1.6L15 13"/>',
  cameraOff: '<path d="M11 6h1a3 3 0 0 1 3 3v1l5.2-2.3a.7.7 0 0 1 1.1.6v7.4c0 .2 0 .3-.1.4M15 15a3 3 0 0 1-3 3H5.5a3 3 0 0 1-3-3V9a3 3 0 0 1 2.7-3M4 3.5l16 17"/>',
  screen: '<rect x="2.5" y="4" width="19" height="13" rx="2.5"/><path d="M8.5 21h7M12 13.5V8M9.5 10.3 12 7.8l2.5 2.5"/>',
  wave: '<path d="M8 12.5V6.3a1.6 1.6 0 0 1 3.2 0V11V4.8a1.6 1.6 0 0 1 3.2 0V11.3V6.6a1.6 1.6 0 0 1 3.2 0v7.6a6.8 6.8 0 0 1-6.8 6.8c-2.3 0-3.9-1-5.1-2.9L3.5 15a1.6 1.6 0 0 1 2.6-1.8L8 15.5"/>',
  settings: '<path d="M4 7h9M17 7h3M4 17h3M11 17h9"/><circle cx="15" cy="7" r="2"/><circle cx="9" cy="17" r="2"/>',
  leave: '<path d="M10 4H6.5A2.5 2.5 0 0 0 4 6.5v11A2.5 2.5 0 0 0 6.5 20H10M15 8l4.5 4-4.5 4M19 12H9.5"/>',
  link: '<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1"/>',
  check: '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
  send: '<path d="M4.5 11.8 20 4.5l-5.3 15-3.2-6.3z"/>',
  sound: '<path d="M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11"/>',
  close: '<path d="m6 6 12 12M18 6 6 18"/>',
};

/** An icon as an element, sized by the text's size. */
export function icon(name) {
  const box = document.createElement('span');
  box.className = 'icon';
  box.setAttribute('aria-hidden', 'true');
  box.innerHTML = `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">${ICONS[name]}</svg>`;
  return box;
}
