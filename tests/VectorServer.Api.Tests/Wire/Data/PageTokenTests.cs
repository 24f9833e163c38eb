using VectorServer.Api.Errors;
using VectorServer.Api.Wire.Data;

namespace VectorServer.Api.Tests.Wire.Data;

public sealed class PageTokenTests
{
    [Theory]
    [InlineData("")]
    [InlineData("doc#1")]
    [InlineData("a b/c?d=é")]
    public void A_token_says_where_the_last_page_ended(string after)
    {
        var token = new PageToken("list", "ns", null);

        Assert.Equal(after, token.Decode(token.Encode(after)));
    }

    [Fact]
    public void There_is_no_token_after_the_last_page_nor_before_the_first()
    {
        var token = new PageToken("list");

        Assert.Null(token.Encode(null));
        Assert.Null(token.Decode(null));
        Assert.Null(token.Decode(""));
    }

    [Fact]
    public void A_token_is_refused_by_any_other_listing()
    {
        var text = new PageToken("list", "ab", "c").Encode("id");

        Assert.Throws<WireException>(() => new PageToken("list", "a", "bc").Decode(text));
        Assert.Throws<WireException>(() => new PageToken("list", "ab", "c", null).Decode(text));
        Assert.Throws<WireException>(() => new PageToken("namespaces", "ab", "c").Decode(text));
    }

    [Fact]
    public void A_token_with_any_character_changed_or_missing_is_refused()
    {
        var token = new PageToken("list");
        var text = token.Encode("an-id-of-some-length")!;

        for (var i = 0; i < text.Length; i++)
        {
            var changed = text[..i] + (text[i] == 'A' ? 'Q' : 'A') + text[(i + 1)..];
            Assert.Throws<WireException>(() => token.Decode(changed));
            if (i > 0)
                Assert.Throws<WireException>(() => token.Decode(text[..i]));
        }
    }
}
