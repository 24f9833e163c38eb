using System.Text;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Tests.Wire.Data;

public sealed class AnswerBufferTests
{
    [Fact]
    public void Nothing_of_an_answer_that_was_given_up_is_in_the_next()
    {
        var buffer = new AnswerBuffer();
        buffer.Writer.WriteStartObject();
        buffer.Writer.WriteString("flushed", new string('x', 100_000));
        buffer.ToJson();
        buffer.Writer.WriteStartArray("pending");

        Assert.True(buffer.TryReset());
        buffer.Writer.WriteStartObject();
        buffer.Writer.WriteEndObject();

        Assert.Equal("{}", Encoding.UTF8.GetString(buffer.ToJson().Span));
    }

    [Fact]
    public void The_memory_of_a_large_answer_is_not_kept()
    {
        var buffer = new AnswerBuffer();
        buffer.Writer.WriteStringValue(new string('x', 2 << 20));
        buffer.ToJson();

        Assert.False(buffer.TryReset());
    }
}
