BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiVersion' {
    It 'has no parameters' {
        Get-ParameterContract -Name Get-CosmiVersion | Should -BeNullOrEmpty
    }

    It 'tells the versions and the file' {
        $version = Get-CosmiVersion
        $version.PSObject.TypeNames[0] | Should -Be 'Cosmi.VersionInfo'
        $version.Module | Should -Be ([string] (Get-Module -Name Cosmi).Version)
        $version.Library | Should -Be $version.Module
        $version.Abi.Major | Should -Be 1
        $version.RuntimeIdentifier | Should -Match '^(win|linux|linux-musl|osx)-(x64|arm64)$'
        $version.Path | Should -Exist
        $version.Path.Replace('\', '/') | Should -BeLike "*/runtimes/$($version.RuntimeIdentifier)/native/*"
    }
}
