BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiConnectionString' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiConnectionString | Should -Be @(
            '-AccountName|Name [String] Account@0<value<name'
            '-AsPlainText [SwitchParameter] All'
            '-Client [Client] All'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'gets one for each key' {
        $all = Get-CosmiConnectionString -AccountName myaccount
        $all.Count | Should -Be 4
        $all[0].PSObject.TypeNames[0] | Should -Be 'Cosmi.ConnectionString'
        $all[0].Description | Should -Be 'Primary SQL Connection String'
        $all[0].KeyKind | Should -Be 'Primary'
        $all[0].Type | Should -Be 'Sql'
        $all[0].ConnectionString | Should -BeOfType ([System.Security.SecureString])
        ConvertFrom-Secret -Secret $all[0].ConnectionString | Should -BeLike 'AccountEndpoint=*;AccountKey=*'
        $all | Out-String | Should -Not -BeLike '*AccountKey*'
    }

    It 'gives texts with -AsPlainText, and only then' {
        $first = @(Get-CosmiConnectionString -AccountName myaccount -AsPlainText)[0]
        $first.ConnectionString | Should -BeLike 'AccountEndpoint=*;AccountKey=*'
        $first | Out-String -Width 300 | Should -BeLike '*AccountKey*'
    }

    It 'takes accounts from the pipeline' {
        @(Get-CosmiAccount -AccountName myaccount | Get-CosmiConnectionString).Count | Should -Be 4
        @('myaccount' | Get-CosmiConnectionString).Count | Should -Be 4
    }

    It 'says that an identity that may only read may not' {
        $failure = Invoke-Failing { Get-CosmiConnectionString -AccountName readeraccount -ErrorAction Stop }
        $failure.Id | Should -Be 'Cosmi.Forbidden'
        $failure.Category | Should -Be 'PermissionDenied'
        $failure.Target | Should -Be 'readeraccount'
        $failure.Action | Should -Not -BeNullOrEmpty
    }
}
