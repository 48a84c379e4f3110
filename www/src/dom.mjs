// Builds elements: `h('button', { class: 'x', onclick }, 'Join', icon)`. It keeps no state and compares nothing.

/** Properties that start with "on" are listeners, `data` sets data attributes, everything else is an attribute. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'data') setData(element, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function setData(element, values) {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) element.dataset[name] = value;
  }
}

/** Sets text only when it differs: a live region must not announce what did not change. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Calls `work` once at the end of this task, however often it is asked to. Not a frame: hidden tabs have none. */
export function soon(work) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    queueMicrotask(() => {
      asked = false;
      work();
    });
  };
}
