// The codecs that a track can be published with.

export const audioCodecs = ['opus', 'red'];
export const videoCodecs = ['vp8', 'h264', 'vp9', 'av1', 'h265'];
export const isAudioCodec = (codec) => audioCodecs.includes(codec);
export const isVideoCodec = (codec) => videoCodecs.includes(codec);
export const isSVCCodec = (codec) => codec === 'vp9' || codec === 'av1';
