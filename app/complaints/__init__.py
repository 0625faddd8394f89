"""WeChat's complaints (消费者投诉 2.0): kept here as WeChat has them, answered from here, with a clock."""
