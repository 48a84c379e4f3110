// Types of support.js.

/** Whether there is WebRTC. Without it a room has signalling alone. */
export declare function isBrowserSupported(): boolean;
export declare function supportsAdaptiveStream(): boolean;
export declare function supportsDynacast(): boolean;
/** Whether `switchActiveDevice('audiooutput', ...)` can work. */
export declare function supportsAudioOutputSelection(): boolean;
/** Whether video can be published with this codec; as the next two. */
export declare function supportsAV1(): boolean;
export declare function supportsVP9(): boolean;
export declare function supportsH265(): boolean;
