using Grpc.Core;
using VisionCluster.Contracts.V1;

namespace VisionCluster.Cli.Client;

/// <summary>One Generate call, read to its end.</summary>
internal static class AnswerStream
{
    /// <param name="connection">Where to.</param>
    /// <param name="request">The request.</param>
    /// <param name="onText">Called with each piece of text as it arrives.</param>
    /// <param name="cancellationToken">Closes the call, which frees the server's slot.</param>
    public static async Task<Answer> ReadAsync(
        ClusterConnection connection, GenerateRequest request, Action<string>? onText, CancellationToken cancellationToken)
    {
        var answer = new Answer();
        using var call = connection.Client.Generate(request, connection.Headers, cancellationToken: cancellationToken);
        await foreach (var response in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            switch (response.EventCase)
            {
                case GenerateResponse.EventOneofCase.Accepted:
                    answer.Accepted = response.Accepted;
                    break;
                case GenerateResponse.EventOneofCase.Token:
                    answer.Tokens.Add(response.Token);
                    Append(response.Token.Text);
                    break;
                case GenerateResponse.EventOneofCase.Finished:
                    answer.Finished = response.Finished;
                    Append(response.Finished.Text);
                    break;
            }
        }

        return answer;

        void Append(string text)
        {
            if (text.Length > 0)
            {
                answer.Text.Append(text);
                onText?.Invoke(text);
            }
        }
    }
}
