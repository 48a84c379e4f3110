// Which browser this is, where browsers differ and cannot be asked what they can do; and what it can be asked.

const agent = globalThis.navigator?.userAgent ?? '';

export const isFirefox = agent.includes('Firefox/');
export const isSafari = /Version\/[\d.]+.*Safari\//.test(agent);
export const isMobile = /Android|iPhone|iPad|Mobile/.test(agent);

/** Whether it encodes video with this codec. */
export const encodes = (codec) =>
  globalThis.RTCRtpSender?.getCapabilities?.('video')?.codecs.some(({ mimeType }) => mimeType.toLowerCase() === `video/${codec}`) ?? false;
