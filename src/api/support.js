// What this browser can do, as an app asks before it offers it; `false` in a host that is none.
import { encodes, isFirefox, isSafari } from './browser.js';

export const isBrowserSupported = () => typeof RTCPeerConnection === 'function';
export const supportsDynacast = isBrowserSupported;
export const supportsAdaptiveStream = () => typeof ResizeObserver === 'function' && typeof IntersectionObserver === 'function';
export const supportsAudioOutputSelection = () => !isSafari && 'setSinkId' in (globalThis.HTMLMediaElement?.prototype ?? {});

// Firefox sends no layers within one stream, and Safari names what only some of its devices have.
export const supportsAV1 = () => !isFirefox && !isSafari && encodes('av1');
export const supportsVP9 = () => !isFirefox && encodes('vp9');
export const supportsH265 = () => encodes('h265');
