"""The sender's rules, pure: the send protocol, messages as bytes, what an incoming mail means, tasks, signed links."""
