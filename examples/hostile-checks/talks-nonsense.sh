#!/bin/bash
# Takes the agent's place and says what no agent says.
source ./agent.sh
end_agent
yes '{"say":"exited","phase":"check","code":-1e999,"bytes":{}}' >"$(port assay.control)"
sleep 300
