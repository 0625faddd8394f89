"""Product messages that go by themselves (自动消息): after following, about a cart left behind, when goods are back."""
