// Types of codecs.js.
import type { VideoCodec } from './presets.js';

export type AudioCodec = 'opus' | 'red';

export declare const audioCodecs: readonly AudioCodec[];
export declare const videoCodecs: readonly VideoCodec[];
export declare function isAudioCodec(codec: string): codec is AudioCodec;
export declare function isVideoCodec(codec: string): codec is VideoCodec;
/** Whether its layers travel in one stream. */
export declare function isSVCCodec(codec?: string): boolean;
