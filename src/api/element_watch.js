// Whether an element can be seen, and when its size changes: what adaptive stream goes by. One observer of each kind
// serves all elements, and is made with the first of them.

const watches = new WeakMap();
let sizes;
let sights;

export class ElementWatch {
  /** When the element came into sight or left it. */
  changedAt = 0;
  #element;
  #inSight;
  #changed;
  #resized;
  #controller = new AbortController();

  constructor(element, resized, changed) {
    this.#element = element;
    this.#resized = resized;
    this.#changed = changed;
    this.#inSight = inViewport(element);
    watches.set(element, this);
    sizes ??= new ResizeObserver((entries) => {
      for (const { target } of entries) watches.get(target)?.#resized();
    });
    sights ??= new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) watches.get(target)?.#saw(isIntersecting);
    });
    sizes.observe(element);
    sights.observe(element);
    const { signal } = this.#controller;
    element.addEventListener('enterpictureinpicture', changed, { signal });
    element.addEventListener('leavepictureinpicture', changed, { signal });
    // The app moves its elements into the window after it was told of it.
    globalThis.documentPictureInPicture?.addEventListener('enter', ({ window }) => {
      window.addEventListener('pagehide', changed, { signal });
      window.requestAnimationFrame(changed);
    }, { signal });
  }

  get visible() {
    return this.#inSight || this.pictureInPicture;
  }

  get pictureInPicture() {
    const window = globalThis.documentPictureInPicture?.window;
    return document.pictureInPictureElement === this.#element || (window ? this.#element.ownerDocument === window.document : false);
  }

  end() {
    this.#controller.abort();
    if (watches.get(this.#element) !== this) return;
    watches.delete(this.#element);
    sizes.unobserve(this.#element);
    sights.unobserve(this.#element);
  }

  #saw(inSight) {
    this.#inSight = inSight;
    this.changedAt = Date.now();
    this.#changed();
  }
}

// Until the observer has looked.
function inViewport(element) {
  const { top, left, bottom, right, width, height } = element.getBoundingClientRect();
  return width > 0 && height > 0 && bottom > 0 && right > 0 && top < innerHeight && left < innerWidth;
}
