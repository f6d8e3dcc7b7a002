// Reads simulations, one JSON object a line, and writes what the evaluator answers to each, one line a piece.
import { createInterface } from 'node:readline'
import { runSimulation } from '@cloud-copilot/iam-simulate'

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await runSimulation(JSON.parse(line), {})
  console.log(answer.resultType === 'error' ? `error ${JSON.stringify(answer.errors)}` : answer.overallResult)
}
