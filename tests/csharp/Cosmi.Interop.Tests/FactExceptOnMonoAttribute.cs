using System;

namespace Cosmi.Interop.Tests
{
    /// <summary>A test that Mono's own peculiarities would fail; it is skipped there, with the reason.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class FactExceptOnMonoAttribute : FactAttribute
    {
        public FactExceptOnMonoAttribute(string reason)
        {
            if (Type.GetType("Mono.Runtime") != null)
            {
                Skip = reason;
            }
        }
    }
}
