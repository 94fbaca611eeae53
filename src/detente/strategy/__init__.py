"""How governments choose: objectives, best replies, Nash tariffs, bargains over tariffs, payoff tables over stances."""
