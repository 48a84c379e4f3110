// Which browser this is, where browsers differ and cannot be asked what they can do.

const agent = globalThis.navigator?.userAgent ?? '';

export const isFirefox = agent.includes('Firefox/');
export const isSafari = /Version\/[\d.]+.*Safari\//.test(agent);
export const isMobile = /Android|iPhone|iPad|Mobile/.test(agent);
