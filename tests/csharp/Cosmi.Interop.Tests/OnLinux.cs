using System;

namespace Cosmi.Interop.Tests
{
    /// <summary>A test that compiles a library, or takes rights away, as only Linux lets it.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class FactOnLinuxAttribute : FactAttribute
    {
        public FactOnLinuxAttribute(bool withMusl = true) => Skip = OnLinux.Reason(withMusl);
    }

    /// <summary>The same with data.</summary>
    [AttributeUsage(AttributeTargets.Method)]
    internal sealed class TheoryOnLinuxAttribute : TheoryAttribute
    {
        public TheoryOnLinuxAttribute() => Skip = OnLinux.Reason(withMusl: true);
    }

    internal static class OnLinux
    {
        internal static string? Reason(bool withMusl) =>
            NativePlatform.Current.System != NativeSystem.Linux ? "It is a test for Linux"
            : NativePlatform.Current.IsMusl && !withMusl ? "It is a test for glibc"
            : null;
    }
}
