"""Product messages to many (商品消息): composed, aimed, sent once to each, and looked at afterwards."""
