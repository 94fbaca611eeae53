// Tabs whose modules are loaded when the reader opens them first.

import { registerTab } from "./tabs.js";

registerTab({ id: "ahead", title: "What will happen", load: () => import("./ahead.js") });
registerTab({ id: "who", title: "Who and why", load: () => import("./who.js") });
