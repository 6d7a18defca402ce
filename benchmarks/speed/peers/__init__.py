"""The engines that are measured: one module an engine, all behind `port.Peer`."""
