namespace Cosmi
{
    /// <summary>How a link of the chain answered.</summary>
    public enum AccessResult
    {
        /// <summary>It works.</summary>
        Found,

        /// <summary>The other side says no.</summary>
        Refused,

        /// <summary>It could not be tried to the end.</summary>
        Failed,

        /// <summary>It was not tried.</summary>
        Skipped,
    }

    /// <summary>One link of the chain from this machine to a collection.</summary>
    public sealed class AccessCheck
    {
        internal AccessCheck(string link, AccessResult result, string detail, string? action)
        {
            Link = link;
            Result = result;
            Detail = detail;
            Action = action;
        }

        /// <summary>Environment, Token, Account, Keys or Data.</summary>
        public string Link { get; }

        /// <summary>How it answered.</summary>
        public AccessResult Result { get; }

        /// <summary>What was found, or why not.</summary>
        public string Detail { get; }

        /// <summary>What to do about it.</summary>
        public string? Action { get; }
    }
}
